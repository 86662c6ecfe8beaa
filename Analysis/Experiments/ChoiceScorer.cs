using Steering.Analysis.Corpora;
using Steering.Compilation;

namespace Steering.Analysis.Experiments;

/// <summary>Answers multiple-choice questions by the log-likelihood of the choices.</summary>
/// <param name="model">The model.</param>
/// <param name="chat">Whether the question goes through the chat template; otherwise the choice continues it as it stands.</param>
/// <param name="perToken">Whether a choice's log-likelihood is divided by its number of tokens.</param>
internal sealed class ChoiceScorer(IExperimentModel model, bool chat = false, bool perToken = false)
{
    /// <summary>Answers a question.</summary>
    /// <param name="question">The question.</param>
    /// <param name="policy">What is plugged in.</param>
    /// <param name="system">A system message, or null; without a chat template it stands on a line of its own before the question.</param>
    public ChoiceAnswer Answer(ChoiceQuestion question, CompiledPolicy policy, string? system = null)
    {
        var scores = Scores(model.Encode(Prompt(question.Question, system), addSpecialTokens: !chat), question.Choices, policy);
        var largest = scores.Max();
        return new ChoiceAnswer(Array.IndexOf(scores, largest) == question.Answer, Math.Exp(scores[question.Answer] - largest) / scores.Sum(score => Math.Exp(score - largest)));
    }

    private double[] Scores(int[] prompt, IReadOnlyList<string> texts, CompiledPolicy policy)
    {
        int[][] choices = [.. texts.Select(choice => model.Encode(choice, addSpecialTokens: false))];

        // Choices of one token need no pass of their own: what comes after the prompt does not change what it predicts.
        return prompt.Length > 0 && choices.All(choice => choice.Length == 1)
            ? model.NextLogProbabilities(prompt, [.. choices.Select(choice => choice[0])], policy)
            : [.. choices.Select(choice => model.LogProbabilities([.. prompt, .. choice], prompt.Length, policy).Sum() / (perToken ? choice.Length : 1))];
    }

    private string Prompt(string question, string? system) =>
        !chat ? (system is null ? question : $"{system}\n{question}")
        : model.Prompt(system is null ? [new ConversationTurn("user", question)] : [new ConversationTurn("system", system), new ConversationTurn("user", question)]);
}
