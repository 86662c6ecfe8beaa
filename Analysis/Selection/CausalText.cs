using Steering.Saes;

namespace Steering.Analysis.Selection;

/// <summary>A text of the causal check, as the unsteered model sees it.</summary>
/// <param name="Ids">Its tokens.</param>
/// <param name="HasConcept">Whether it carries the concept.</param>
/// <param name="Residual">[tokens, d] residual stream at the SAE's site.</param>
/// <param name="Activations">The SAE's activations of all of its tokens.</param>
/// <param name="Evidence">Expected evidence of its next tokens.</param>
/// <param name="Loss">Mean −ln p of its tokens.</param>
internal sealed record CausalText(int[] Ids, bool HasConcept, float[] Residual, SparseActivations Activations, double Evidence, double Loss);
