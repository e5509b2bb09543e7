(globalThis as { effect?: string }).effect = 'seen';

export {};
