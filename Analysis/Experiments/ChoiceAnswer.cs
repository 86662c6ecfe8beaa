namespace Steering.Analysis.Experiments;

/// <summary>How a multiple-choice question was answered.</summary>
/// <param name="Right">Whether the right choice has the largest log-likelihood.</param>
/// <param name="Confidence">Share of the right choice in the softmax of the log-likelihoods.</param>
internal readonly record struct ChoiceAnswer(bool Right, double Confidence);
