import { PageHead } from '../../parts/page-head.js';

export default function Page() {
  return <PageHead title="Profiles" />;
}
