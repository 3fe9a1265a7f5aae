// Twilio as its documentation states it: https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource,
// https://www.twilio.com/docs/usage/requests-to-twilio, https://www.twilio.com/docs/usage/twilios-response

export type SentSms = Readonly<Record<string, string>>;

export class TwilioStandIn {
  readonly accountSid = "ACdeadbeefdeadbeefdeadbeefdeadbeef";
  readonly authToken = "1f2e3d4c5b6a79880011223344556677";
  readonly sent: SentSms[] = [];
  requests = 0;
  trouble: ((request: Request) => Response | Promise<Response>) | null = null;

  async answer(request: Request): Promise<Response> {
    this.requests++;
    if (this.trouble !== null) return this.trouble(request);
    return this.accept(request);
  }

  async accept(request: Request): Promise<Response> {
    const { pathname, search } = new URL(request.url);
    if (pathname !== `/2010-04-01/Accounts/${this.accountSid}/Messages.json` || search !== "")
      return refusal(404, 20404);
    if (request.method !== "POST") return refusal(405, 20004);
    const credentials = `Basic ${btoa(`${this.accountSid}:${this.authToken}`)}`;
    if (request.headers.get("Authorization") !== credentials) return refusal(401, 20003);
    if (request.headers.get("Content-Type") !== "application/x-www-form-urlencoded") return refusal(400, 21604);
    const fields = Object.fromEntries(await request.formData()) as SentSms;
    const code = problemOf(fields);
    if (code !== null) return refusal(400, code);
    this.sent.push(fields);
    const sid = `SM${crypto.randomUUID().replaceAll("-", "")}`;
    return Response.json({ sid, status: "queued", to: fields.To, body: fields.Body }, { status: 201 });
  }
}

function problemOf({
  To = "",
  From,
  MessagingServiceSid,
  Body = "",
  ValidityPeriod,
  ...others
}: SentSms): number | null {
  if (Object.keys(others).length > 0) return 20001;
  if (!/^\+[1-9]\d{6,14}$/.test(To)) return 21211;
  if ((From === undefined) === (MessagingServiceSid === undefined)) return 21603;
  if (From !== undefined && !/^(\+[1-9]\d{6,14}|\d{3,8}|[A-Za-z0-9 ]{1,11})$/.test(From)) return 21212;
  if (MessagingServiceSid !== undefined && !/^MG[0-9a-f]{32}$/.test(MessagingServiceSid)) return 21701;
  if (Body === "" || Body.length > 1_600) return 21617;
  const seconds = Number(ValidityPeriod ?? 36_000);
  return Number.isInteger(seconds) && seconds >= 1 && seconds <= 36_000 ? null : 90007;
}

/** Twilio's form of an error; its message quotes what it was sent. */
export function refusal(status: number, code: number): Response {
  const message = "The 'To' number +15557122661 with '482913 is your code' is not valid";
  const more_info = `https://www.twilio.com/docs/errors/${code}`;
  return Response.json({ code, message, more_info, status }, { status });
}
