/** Shows a figure in the test's output. */
export function measured(what: string, value: number, unit: string): void {
  process.stdout.write(`  measured: ${what}: ${value.toFixed(unit === 's' ? 1 : 0)} ${unit}\n`);
}
