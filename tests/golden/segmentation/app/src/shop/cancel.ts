export default async function (id: number, ...reasons: string[]) {
    return `cancelled ${id} ${reasons.join('+')}`;
}
