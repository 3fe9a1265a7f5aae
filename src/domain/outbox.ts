export const CHANNELS = ["email", "sms"] as const;
export type Channel = (typeof CHANNELS)[number];

/** What one person is to be told: written in the same batch as what it tells of, delivered after the answer. */
export interface OutboxMessage {
  /** `msg_...`: also the key by which a provider knows a repetition */
  readonly id: string;
  readonly channel: Channel;
  /** an address (`parseEmail`) or a number in E.164 */
  readonly to: string;
  /** null for an SMS */
  readonly subject: string | null;
  readonly text: string;
  /** null for an SMS */
  readonly html: string | null;
  /** epoch seconds, like every time here */
  readonly createdAt: number;
  /** from here on it helps nobody: a day later, or with the code or link that it bears */
  readonly giveUpAt: number;
}

/** How long a provider that is down is asked again. */
export const DELIVERY_MAX_SECONDS = 24 * 3_600;
