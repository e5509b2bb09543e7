export const h = {
    element (name, properties, ...children) {
        const attributes = Object.entries(properties ?? {}).map(([key, value])=>` ${key}="${value}"`);
        return name === h.Fragment ? children.join('') : `<${name}${attributes.join('')}>${children.join('')}</${name}>`;
    },
    Fragment: Symbol('fragment')
};
