export function List<T,>(p: { items: T[] }) {
  return <ul>{p.items.map((i) => <li>{String(i)}</li>)}</ul>;
}
