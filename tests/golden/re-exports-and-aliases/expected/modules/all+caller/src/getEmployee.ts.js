export async function getEmployeeV2() {
    return 'employee 2';
}
