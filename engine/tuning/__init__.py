"""Fine-tuning on packed batches: an encoder and labelled texts in, a better encoder out."""
