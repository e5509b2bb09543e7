const load = async (name)=>(await import(`./pages/${name}.ts`)).default;
const first = await import("./pages/one.ts");
export async function dynamicImports(names) {
    const computed = await Promise.all(names.map(load));
    const { default: two } = await import("./pages/two.ts");
    const json = await import("./extensions/g.json", {
        with: {
            type: 'json'
        }
    });
    const pkg = await import("../node_modules/tiny-package@1.2.3/lib/sub.js");
    const missing = await import(names[0] + '-nowhere').catch((error)=>error.name);
    return [
        first.default,
        computed,
        two,
        json.default,
        pkg.sub,
        missing
    ];
}
export async function importMeta() {
    return [
        import.meta.url,
        new URL('./pages/one.ts', import.meta.url).href
    ];
}
export async function ignored() {
    return load('ignored.test').catch((error)=>error.name);
}
