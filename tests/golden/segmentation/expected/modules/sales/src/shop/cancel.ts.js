export default async function(id, ...reasons) {
    return `cancelled ${id} ${reasons.join('+')}`;
}
