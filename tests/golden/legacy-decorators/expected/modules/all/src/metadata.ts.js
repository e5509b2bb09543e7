const store = new WeakMap();
const at = (target, key)=>{
    const holder = typeof target === 'function' && key === undefined ? target.prototype : target;
    const found = store.get(holder) ?? new Map();
    store.set(holder, found);
    return found;
};
Object.assign(Reflect, {
    metadata: (name, value)=>(target, key)=>{
            at(target, key).set(`${key ?? 'class'} ${name}`, value);
        }
});
const nameOf = (type)=>Array.isArray(type) ? type.map(nameOf) : typeof type === 'function' ? type.name : String(type);
export function metadataOf(target) {
    return [
        ...at(target)
    ].map(([key, value])=>[
            key,
            nameOf(value)
        ]);
}
