import { PageHead } from '../../parts/page-head.js';

export default function Page({ part }: { readonly part: string }) {
  return <PageHead title={part} />;
}
