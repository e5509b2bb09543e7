const load = async (name: string) => (await import(`./pages/${name}.ts`)).default;
const first = await import('./pages/one');

export async function dynamicImports(names: string[]) {
    const computed = await Promise.all(names.map(load));
    const { default: two } = await import('./pages/two');
    const json = await import('./extensions/g.json', { with: { type: 'json' } });
    const pkg = await import('tiny-package/sub');
    const missing = await import(names[0] + '-nowhere').catch((error: Error) => error.name);

    return [first.default, computed, two, json.default, pkg.sub, missing];
}

export async function importMeta() {
    return [import.meta.url, new URL('./pages/one.ts', import.meta.url).href];
}

export async function ignored() {
    return load('ignored.test').catch((error: Error) => error.name);
}
