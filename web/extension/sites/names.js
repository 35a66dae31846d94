// Which site an origin is. The manifest lets us into these and no others; a test holds the two
// lists together.
const SITES = [
  ["gmail", (host) => host === "mail.google.com"],
  ["outlook", (host) => OUTLOOK.includes(host)],
  ["linkedin", (host) => host === "www.linkedin.com"],
  ["salesforce", (host) => within(host, "lightning.force.com") || within(host, "my.salesforce.com")],
  ["hubspot", (host) => /^app(-[a-z]{2}\d)?\.hubspot\.com$/.test(host)],
];
const OUTLOOK = ["outlook.live.com", "outlook.office.com", "outlook.office365.com", "outlook.cloud.microsoft"];

const within = (host, domain) => host.endsWith(`.${domain}`);

export function siteOf(origin) {
  let url;
  try {
    url = new URL(origin);
  } catch {
    return null;
  }
  if (url.protocol !== "https:" || url.port !== "") return null;
  return SITES.find(([, isIt]) => isIt(url.hostname))?.[0] ?? null;
}

export const TITLES = { gmail: "Gmail", outlook: "Outlook", linkedin: "LinkedIn", salesforce: "Salesforce", hubspot: "HubSpot" };
