// The key under which a write is asked for: the same while the same is asked, so that what is
// pressed again after an answer got lost is done once; new for anything else.
export function keyFor(holder, asked) {
  const words = JSON.stringify(asked);
  if (holder.words !== words) Object.assign(holder, { words, key: crypto.randomUUID() });
  return holder.key;
}

export const done = (holder) => { holder.words = null; };
