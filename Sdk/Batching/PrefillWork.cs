namespace Steering.Batching;

/// <summary>What is read of waiting prompts beside one step of the conversations that are decoded; at most one of the two is not 0.</summary>
/// <param name="Chunk">Tokens of one prompt, in a pass of their own.</param>
/// <param name="Riders">Prompts of which one token each rides in the step, as a row of its batch.</param>
internal readonly record struct PrefillWork(int Chunk, int Riders);
