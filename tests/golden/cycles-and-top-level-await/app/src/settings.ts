const { default: name } = await import('./name');

export const settings = { name, late: await Promise.resolve('late') };
