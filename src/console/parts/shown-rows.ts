interface ListAnswer<Row> {
  readonly data: { readonly items: readonly Row[] } | undefined;
  /** `data` is what was asked for before, with other filters or of another page. */
  readonly isPlaceholderData: boolean;
}

/**
 * The rows of a list while another page or filter is asked for: those shown before, but never their absence, for what
 * other filters had not found says nothing of these. Undefined while nothing is known.
 */
export const shownRows = <Row>({ data, isPlaceholderData }: ListAnswer<Row>): readonly Row[] | undefined =>
  isPlaceholderData && data?.items.length === 0 ? undefined : data?.items;
