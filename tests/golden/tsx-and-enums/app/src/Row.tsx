export function Row({ label, amount }: { label: string; amount: number }) {
    return (
        <tr class="row">
            <td>{label}</td>
            <td>{amount}</td>
        </tr>
    );
}
