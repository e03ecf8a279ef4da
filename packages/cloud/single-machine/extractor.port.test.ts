import { extractorSuite } from '../suites/index.ts';
import { startExtractorBackend } from './testing/extractor-backend.ts';

extractorSuite('PostgreSQL and DuckDB', startExtractorBackend);
