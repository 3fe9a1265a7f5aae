import { expect, it } from "vitest";
import { account, audit, d1Storage, link, memoryStorage, registered } from "./storage.ts";
import { usersContract } from "./users.contract.ts";

usersContract("memory", memoryStorage);
usersContract("D1", d1Storage);

it("a registration that breaks midway leaves nothing: users, organizations, members and log are one batch", async () => {
  const storage = await d1Storage();
  await registered(storage, "ada");
  const clash = { ...account("bob"), organization: account("ada").organization };
  await expect(storage.users.register(clash, link("bob@example.com"), audit("user.registered"))).rejects.toMatchObject({
    refusal: "unavailable",
  });
  expect(await storage.rowCounts()).toEqual({ users: 1, organizations: 1, members: 1 });
  expect(await storage.auditRows()).toHaveLength(1);
  expect(await storage.users.credentialByEmail("bob@example.com")).toBeNull();
});
