import type { InferOutput } from "valibot";
import { expectTypeOf, it } from "vitest";
import type * as client from "../../src/client/index.ts";
import type * as keyShapes from "../../src/dialects/datix/api-key-shapes.ts";
import type * as profileShapes from "../../src/dialects/datix/profile-shapes.ts";
import type * as secondFactor from "../../src/dialects/datix/second-factor-shapes.ts";
import type * as shapes from "../../src/dialects/datix/shapes.ts";

/** The list of a list's answer. */
type Items<List, Name extends keyof List> = List[Name] extends readonly (infer Item)[] ? Item : never;

it("the client's types are what the rows answer", () => {
  expectTypeOf<InferOutput<typeof shapes.Registered>>().toExtend<client.RegisteredUser>();
  expectTypeOf<InferOutput<typeof profileShapes.Profile>>().toExtend<client.User>();
  expectTypeOf<InferOutput<typeof secondFactor.SetUp>>().toExtend<client.SetUp>();
  expectTypeOf<InferOutput<typeof keyShapes.Issued>>().toExtend<client.IssuedApiKey>();
  expectTypeOf<Items<InferOutput<typeof keyShapes.List>, "api_keys">>().toExtend<client.ListedApiKey>();
  expectTypeOf<Items<InferOutput<typeof shapes.SessionList>, "sessions">>().toExtend<client.ListedSession>();
});
