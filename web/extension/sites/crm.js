// Records of Salesforce and HubSpot: which deal or account the page shows, by its address alone.
export const salesforce = {
  name: "salesforce",
  title: "Salesforce",
  recordIn: ({ pathname }) => /^\/lightning\/r\/(?:Opportunity|Account)\/([A-Za-z0-9]{15,18})\//.exec(pathname)?.[1] ?? null,
};

// the types of objects: 0-3 deals, 0-2 companies
export const hubspot = {
  name: "hubspot",
  title: "HubSpot",
  recordIn: ({ pathname }) => /^\/contacts\/\d+\/(?:record\/0-[23]|deal|company)\/(\d+)(?:\/|$)/.exec(pathname)?.[1] ?? null,
};
