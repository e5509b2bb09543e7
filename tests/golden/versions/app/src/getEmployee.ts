export default async function getEmployee(id: number) {
    return `first ${id}`;
}

export async function getEmployeeV1(id: number) {
    return `one ${id}`;
}

export async function getEmployeeV2(id: number, full = false) {
    return `two ${id} ${full}`;
}
