this is not TypeScript
