export default function App() {
  return <div><p>hello</div>;
}
