import { invitationsContract } from "./invitations.contract.ts";
import { d1Storage, memoryStorage } from "./storage.ts";

invitationsContract("memory", memoryStorage);
invitationsContract("D1", d1Storage);
