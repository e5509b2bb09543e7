export default async function getEmployee(id) {
    return `first ${id}`;
}
export async function getEmployeeV1(id) {
    return `one ${id}`;
}
export async function getEmployeeV2(id, full = false) {
    return `two ${id} ${full}`;
}
