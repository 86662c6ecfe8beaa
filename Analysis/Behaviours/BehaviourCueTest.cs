namespace Steering.Analysis.Behaviours;

/// <summary>The cue-word test of one behaviour.</summary>
/// <param name="Behaviour">Its label.</param>
/// <param name="Cues">The cue words.</param>
/// <param name="Steps">Steps that have it.</param>
/// <param name="CuelessSteps">Those of them without a cue word.</param>
/// <param name="CuesPer1000">Cue words per 1,000 tokens: traces, plain texts as they are, plain texts with cue words.</param>
/// <param name="Latents">The tests, controls included.</param>
public sealed record BehaviourCueTest(string Behaviour, IReadOnlyList<string> Cues, int Steps, int CuelessSteps, (double Traces, double Plain, double WithCues) CuesPer1000, IReadOnlyList<LatentCueTest> Latents);
