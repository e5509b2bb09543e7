// What the package `reflect-metadata` does, as far as it is needed here.
const store = new WeakMap<object, Map<string, unknown>>();

const at = (target: object, key?: string) => {
    const holder = typeof target === 'function' && key === undefined ? target.prototype : target;
    const found = store.get(holder) ?? new Map<string, unknown>();
    store.set(holder, found);

    return found;
};

Object.assign(Reflect, {
    metadata: (name: string, value: unknown) => (target: object, key?: string) => {
        at(target, key).set(`${key ?? 'class'} ${name}`, value);
    },
});

const nameOf = (type: unknown): unknown =>
    Array.isArray(type) ? type.map(nameOf) : typeof type === 'function' ? type.name : String(type);

export function metadataOf(target: Function) {
    return [...at(target)].map(([key, value]) => [key, nameOf(value)]);
}
