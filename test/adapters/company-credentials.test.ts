import { companyCredentialsContract } from "./company-credentials.contract.ts";
import { d1Storage, memoryStorage } from "./storage.ts";

companyCredentialsContract("memory", memoryStorage);
companyCredentialsContract("D1", d1Storage);
