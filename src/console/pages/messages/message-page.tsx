import { PageHead } from '../../parts/page-head.js';

export default function Page({ id }: { readonly id: string }) {
  return <PageHead title={id} />;
}
