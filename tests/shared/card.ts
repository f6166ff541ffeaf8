import { type CompileOptions, convertCard, exportCard } from "luminoracore";

/** A card as a template, back as a card, and the template once more through each format. */
export function throughTemplate(source: string, options: CompileOptions) {
  const { template, format, report } = convertCard(source);
  const { bytes, mediaType } = exportCard(template);
  const edited = { ...template.document, metadata: { license: "MIT" } };
  const documents = (["v1", "v2", "v3"] as const).map((format) => {
    const card = exportCard(edited, { format });
    const { metadata, ...document } = convertCard(card.bytes).template.document;
    return metadata ? document : undefined;
  });
  return {
    format,
    report,
    document: template.document,
    prompt: template.compile(options).text,
    card: new TextDecoder().decode(bytes),
    mediaType,
    documents,
  };
}
