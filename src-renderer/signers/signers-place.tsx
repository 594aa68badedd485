/** Not built yet. */
export default function Place() {
  return null;
}
