/** Sizes for people: "812 B", "4.7 kB", "1.8 MB" (powers of 1000, as file managers count). */
export function bytes(count: number): string {
  if (count < 1000) return `${count} B`;
  const units = ["kB", "MB", "GB"];
  let value = count;
  let unit = -1;
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 99.95 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** Whole numbers with separators: 12,431. */
export const count = (value: number): string => value.toLocaleString("en-US");

/** "1 message", "12,431 messages". */
export const plural = (value: number, one: string, many = `${one}s`): string => `${count(value)} ${value === 1 ? one : many}`;
