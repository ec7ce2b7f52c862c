import { deleteInBatches, readInBatches } from './batches';

const ALL = Array.from({ length: 2_500 }, (_, index) => ({ id: String(index).padStart(4, '0') }));

describe('any number of rows', () => {
  it.each([0, 1, 999, 1_000, 1_001, 2_000, 2_500])('are all read, page by page: %i', async (count) => {
    const rows = ALL.slice(0, count);
    let largest = 0;
    const read = async (after = '', limit: number) => {
      largest = Math.max(largest, limit);
      return rows.filter(({ id }) => id > after).slice(0, limit);
    };
    const found: string[] = [];
    for await (const { id } of readInBatches(read)) found.push(id);
    expect(found).toEqual(rows.map(({ id }) => id));
    expect(largest).toBe(1_000);
  });

  it.each([0, 1, 1_000, 2_500])('are all deleted: %i', async (count) => {
    let left = count;
    await deleteInBatches(async (limit) => {
      const deleted = Math.min(left, limit);
      left -= deleted;
      return deleted;
    });
    expect(left).toBe(0);
  });
});
