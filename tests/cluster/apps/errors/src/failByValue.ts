export default async function failByValue(kind: string): Promise<never> {
    switch (kind) {
        case 'text': throw 'only text';
        case 'nothing': throw undefined;
        case 'null': throw null;
        case 'object': throw { code: 7 };
        case 'hostile': throw { get message() { throw new Error('inner'); } };
        default: throw Object.create(null);
    }
}
