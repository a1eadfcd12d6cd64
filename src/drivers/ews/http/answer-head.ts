export type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>;

export interface AnswerHead {
  readonly status: number;
  readonly headers: ResponseHeaders;
}

/** How an answer came, as far as it says whose answer it is. */
export interface Arrival {
  /** The address that the connection was made to; null before there was one. */
  readonly address: string | null;
  /** The connection had served another request before. */
  readonly keptAlive: boolean;
  /** It cannot be another request's: it repeats the request's id, or is the first on its connection. */
  readonly proven: boolean;
}
