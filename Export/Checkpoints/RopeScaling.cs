namespace Steering.Export.Checkpoints;

/// <summary>Rotary scaling by name with its numbers, as in a Hugging Face <c>rope_parameters</c>.</summary>
/// <param name="Type"><c>rope_type</c>: llama3, linear …</param>
/// <param name="Factor"><c>factor</c>.</param>
/// <param name="LowFrequencyFactor"><c>low_freq_factor</c>.</param>
/// <param name="HighFrequencyFactor"><c>high_freq_factor</c>.</param>
/// <param name="OriginalContextLength"><c>original_max_position_embeddings</c>.</param>
public sealed record RopeScaling(string Type, float Factor, float LowFrequencyFactor, float HighFrequencyFactor, int OriginalContextLength);
