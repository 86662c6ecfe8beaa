using Steering.Analysis.Judges;

namespace Steering.Analysis.Experiments;

/// <summary>A judge in its part in an experiment.</summary>
/// <param name="Judge">The judge.</param>
/// <param name="Kind">Its kind, as the file names it.</param>
/// <param name="Aim">What the policies are meant to do with its rate.</param>
/// <param name="Chose">Whether the policies were chosen with it, so that its verdict on them is flattering.</param>
public sealed record ExperimentJudge(IReplyJudge Judge, string Kind, JudgeAim Aim, bool Chose);
