type Properties = Record<string, unknown> | null;

export const h = {
    element(name: unknown, properties: Properties, ...children: unknown[]) {
        const attributes = Object.entries(properties ?? {}).map(([key, value]) => ` ${key}="${value}"`);

        return name === h.Fragment ? children.join('') : `<${name}${attributes.join('')}>${children.join('')}</${name}>`;
    },
    Fragment: Symbol('fragment'),
};
