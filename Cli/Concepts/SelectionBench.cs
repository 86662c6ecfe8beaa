using Steering.Analysis.Concepts;
using Steering.Export.Cuts;
using Steering.Models;
using Steering.Saes;
using Steering.Tokenizers;

namespace Steering.Cli.Concepts;

/// <summary>What a selection runs on beside its file.</summary>
/// <param name="Sae">The SAE, or null where it is not needed.</param>
/// <param name="Cut">The model, or null.</param>
/// <param name="Tokenizer">Its tokenizer, or null.</param>
/// <param name="ModelOptions">Where the model runs.</param>
/// <param name="Corpus">The labelled texts, or null.</param>
/// <param name="Reading">How they are read.</param>
internal sealed record SelectionBench(SparseAutoencoder? Sae, SiteCut? Cut, ITextTokenizer? Tokenizer, SteerableModelOptions ModelOptions, LabelledCorpus? Corpus, ConceptFitOptions Reading);
