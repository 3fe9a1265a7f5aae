/** What a client is to a limit: an IPv6 customer has a whole /64 (RFC 6177), and an IPv4 one may come mapped (RFC 4291 §2.5.5.2). */
export function clientKeyOf(address: string | null): string {
  if (address === null) return "unknown";
  const groups = groupsOf(address);
  if (groups === null) return address;
  const isMapped = groups.slice(0, 6).every((group, at) => group === (at < 5 ? 0 : 0xffff));
  if (isMapped)
    return groups
      .slice(6)
      .flatMap((group) => [group >> 8, group & 0xff])
      .join(".");
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(":")}::/64`;
}

/** The eight numbers of an IPv6 address, however it is spelled; null for what is none. */
function groupsOf(address: string): number[] | null {
  // URL's parser has one spelling for all: lower case, one run of zeros compressed, an IPv4 tail in hexadecimal.
  if (!address.includes(":") || !URL.canParse(`http://[${address}]`)) return null;
  const [head = "", tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::");
  const [before, after] = [head, tail ?? ""].map((part) => (part === "" ? [] : part.split(":")));
  const groups = [...(before ?? []), ...(after ?? [])];
  const zeros = Array<string>(8 - groups.length).fill("0");
  return [...(before ?? []), ...zeros, ...(after ?? [])].map((group) => Number.parseInt(group, 16));
}
