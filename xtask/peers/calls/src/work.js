/** About 2 ms of arithmetic: always the same amount, whoever runs it. */
export default async function work(seed) {
  let value = seed | 1;

  for (let round = 0; round < 700_000; round++) {
    value ^= value << 13;
    value ^= value >>> 17;
    value ^= value << 5;
  }

  return value;
}
