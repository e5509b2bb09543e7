// Longer than anybody waits.
await new Promise((resolve) => setTimeout(resolve, 3_600_000));
