import { env } from "cloudflare:workers";
import { openDatabase } from "../../src/adapters/d1.ts";
import { d1Identities } from "../../src/adapters/d1-identities.ts";
import { d1LoginCodes } from "../../src/adapters/d1-login-codes.ts";
import { memoryDatabase } from "../memory/database.ts";
import { memoryIdentities } from "../memory/identities.ts";
import { memoryLoginCodes } from "../memory/login-codes.ts";
import { memoryOutbox } from "../memory/outbox.ts";
import { memorySessions } from "../memory/sessions.ts";
import { memoryUsers } from "../memory/users.ts";
import { d1Storage } from "./storage.ts";
import { waysInContract } from "./ways-in.contract.ts";

waysInContract("memory", async () => {
  const db = memoryDatabase();
  return {
    ...{ users: memoryUsers(db), sessions: memorySessions(db), outbox: memoryOutbox(db) },
    ...{ identities: memoryIdentities(db), loginCodes: memoryLoginCodes(db) },
  };
});
waysInContract("D1", async () => {
  const { users, sessions, outbox } = await d1Storage();
  const db = openDatabase(env.DB);
  return { users, sessions, outbox, identities: d1Identities(db), loginCodes: d1LoginCodes(db) };
});
