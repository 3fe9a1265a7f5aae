import { Validator } from "@seriousme/openapi-schema-validator";
import { describe, expect, it } from "vitest";
import { version } from "../../package.json";
import { datix } from "../../src/dialects/datix/routes.ts";
import { DIALECTS } from "../../src/http/app.ts";
import { openApiOf } from "../../src/http/openapi.ts";

const DOCUMENTS = [...DIALECTS.map((dialect) => [dialect]), DIALECTS].map((dialects) => ({
  of: dialects.map(({ name }) => name).join(", "),
  document: JSON.parse(JSON.stringify(openApiOf(dialects, { origin: "https://auth.example.com" }))),
}));

describe.each(DOCUMENTS)("the OpenAPI document of $of", ({ document }) => {
  it("is valid OpenAPI 3.1", async () => {
    const validator = new Validator();
    expect(await validator.validate(structuredClone(document))).toEqual({ valid: true });
    expect(validator.version).toBe("3.1");
  });

  it("refers to nothing that it does not hold", () => {
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]*)"/g)].map(([, path = ""]) => path);
    expect(refs.length).toBeGreaterThan(0);
    for (const ref of new Set(refs)) {
      const found = ref.split("/").reduce((here, name) => here?.[name], document);
      expect(found, ref).toBeDefined();
    }
  });

  it("bears the version of the package", () => {
    expect(document.info.version).toBe(version);
  });

  it("names each operation once", () => {
    const operations = Object.values(document.paths).flatMap((path) => Object.values(path as object));
    const names = operations.map(({ operationId }) => operationId);
    expect(new Set(names).size).toBe(names.length);
  });
});

it("the validator refuses a document that is not valid", async () => {
  const document = openApiOf([datix], { origin: "https://auth.example.com" });
  const broken = { ...document, paths: { "/login": { post: { responses: { 200: {} } } } } };
  expect((await new Validator().validate(JSON.parse(JSON.stringify(broken)))).valid).toBe(false);
});

it("a row that renews tokens says how: the header that it takes, and both of its answers", async () => {
  const [register] = datix.rows;
  if (register === undefined) throw new Error("datix has no rows");
  const repeat = { status: 0, message: "again" };
  const renewing = { ...datix, rows: [{ ...register, access: "session" as const }], renewal: { repeat } };
  const document = JSON.parse(JSON.stringify(openApiOf([renewing], { origin: "https://auth.example.com" })));
  expect(await new Validator().validate(structuredClone(document))).toEqual({ valid: true });
  const { parameters, security, responses } = document.paths[register.path].post;
  expect(parameters).toEqual([expect.objectContaining({ name: "X-Refresh-Token", in: "header" })]);
  expect(security).toEqual([{ bearer: [] }]);
  const { headers, content } = responses[register.status];
  expect(Object.keys(headers)).toEqual(expect.arrayContaining(["X-New-Access-Token", "X-New-Refresh-Token"]));
  expect(content["application/json"].examples.renewed).toEqual({ value: repeat });
});
