/** How many rows one statement reads or deletes where there may be any number: it ends long before its time limit. */
const BATCH_ROWS = 1_000;

/**
 * Reads any number of rows with one page in memory at a time.
 * @param read the rows after the one with that id, at most that many, in the order of their ids
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
 * Deletes any number of rows, some with each statement.
 * @param deletePage deletes at most that many rows and returns how many there were
 */
export async function deleteInBatches(deletePage: (rows: number) => Promise<number>): Promise<void> {
  while ((await deletePage(BATCH_ROWS)) === BATCH_ROWS);
}
