/** Rows per statement where their number is unlimited, so that each statement ends long before its timeout. */
const BATCH_ROWS = 1_000;

/**
 * Reads any number of rows with one page in memory at a time.
 * @param read returns at most the given number of rows after the given id, in the order of their ids
 */
export async function* readInBatches<Row extends { readonly id: string }>(
  read: (after: string | undefined, rows: number) => Promise<readonly Row[]>,
): AsyncGenerator<Row> {
  for (let after: string | undefined; ;) {
    const page = await read(after, BATCH_ROWS);
    yield* page;
    if (page.length < BATCH_ROWS) return;
    after = page.at(-1)?.id;
  }
}

/**
 * Deletes any number of rows, one page per statement.
 * @param deletePage deletes at most the given number of rows and returns the number of deleted rows
 */
export async function deleteInBatches(deletePage: (rows: number) => Promise<number>): Promise<void> {
  while ((await deletePage(BATCH_ROWS)) === BATCH_ROWS);
}
