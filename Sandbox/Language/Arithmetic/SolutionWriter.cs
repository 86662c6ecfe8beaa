using System.Globalization;

namespace Steering.Sandbox.Language.Arithmetic;

/// <summary>
/// Writes the steps that answer a word problem, some wrong, some looked at again, and labels each while writing it.
/// The labels come from the choices made, not from reading the text: that is what judges are compared with.
/// </summary>
internal sealed class SolutionWriter
{
    private readonly ChoiceStream _choices;
    private readonly ProblemText _task;
    private readonly List<string> _texts = [];
    private readonly List<ReplyStep> _steps = [];

    private SolutionWriter(ChoiceStream choices, ProblemText task) => (_choices, _task) = (choices, task);

    public static (IReadOnlyList<string> Texts, IReadOnlyList<ReplyStep> Steps) Write(ChoiceStream choices, ProblemText task)
    {
        var writer = new SolutionWriter(choices, task);
        writer.Solve();
        return (writer._texts, writer._steps);
    }

    private void Solve()
    {
        var problem = _task.Problem;
        Begin(problem);
        var value = problem.Start;
        for (var i = 0; i < problem.Stages.Count; i++)
        {
            value = Compute(problem.Stages[i], value);
            var right = value == problem.Stages[i].Result;
            if (_choices.Chance(right ? StepRates.ReflectOnRight : StepRates.ReflectOnWrong))
            {
                value = Reflect(problem, i, value);
            }
            else if (_choices.Chance(right ? StepRates.BacktrackOnRight : StepRates.BacktrackOnWrong))
            {
                value = Backtrack(problem, i);
            }
        }

        Add(StepKind.Final, SolutionPhrases.Final, value, holds: true, value == problem.Answer, 0, "", 0);
    }

    private void Begin(WordProblem problem)
    {
        if (problem.Stages[0].Operation == 'x')
        {
            Add(StepKind.Setup, SolutionPhrases.SetupGroups, problem.Start, holds: true, correct: true, problem.Stages[0].Right, "", 0);
        }
        else if (_choices.Chance(0.6))
        {
            Add(StepKind.Setup, SolutionPhrases.Setup, problem.Start, holds: true, correct: true, 0, "", 0);
        }
    }

    private int Compute(ProblemStage stage, int left)
    {
        var operation = stage.Operation;
        var truth = ProblemStage.Calculate(left, operation, stage.Right);
        int result;
        if (truth is null or < 0 || _choices.Chance(StepRates.Wrong))
        {
            var opposite = operation switch { '+' => '-', '-' => '+', _ => operation };
            if (opposite != operation && ProblemStage.Calculate(left, opposite, stage.Right) is >= 0 and { } swapped
                && (truth is null or < 0 || _choices.Chance(StepRates.WrongOperation)))
            {
                (operation, result) = (opposite, swapped);
            }
            else
            {
                result = Slip(truth ?? left / stage.Right);
            }
        }
        else
        {
            result = truth.Value;
        }

        var template = operation switch { '+' => SolutionPhrases.Plus, '-' => SolutionPhrases.Minus, 'x' => SolutionPhrases.Times, _ => SolutionPhrases.Divide };
        var holds = ProblemStage.Calculate(left, operation, stage.Right) == result;
        Add(StepKind.Compute, template, result, holds, holds && result == stage.Result, stage.Right, Equation(left, operation, stage.Right, result), 0);
        return result;
    }

    /// <summary>A wrong result near the right one.</summary>
    private int Slip(int truth)
    {
        int[] near = [truth - 10, truth - 2, truth - 1, truth + 1, truth + 2, truth + 10];
        return _choices.Pick([.. near.Where(value => value >= 0)]);
    }

    private int Reflect(WordProblem problem, int at, int value)
    {
        var stage = problem.Stages[at];
        if (value == stage.Result)
        {
            AddLook(StepKind.Reflection, SolutionPhrases.Look, SolutionPhrases.Confirm, stage.Result, holds: true, correct: true, Equation(stage), 0);
            return value;
        }

        if (_choices.Chance(StepRates.Repair))
        {
            AddLook(StepKind.Reflection, SolutionPhrases.Look, SolutionPhrases.Mend, stage.Result, holds: true, correct: true, Equation(stage), value);
            return stage.Result;
        }

        AddLook(StepKind.Reflection, SolutionPhrases.Look, SolutionPhrases.Confirm, value, holds: false, correct: false, Equation(stage.Left, stage.Operation, stage.Right, value), 0);
        return value;
    }

    /// <summary>From the start again, calculation by calculation, to where the reply is.</summary>
    private int Backtrack(WordProblem problem, int at)
    {
        var equations = string.Join(" and ", problem.Stages.Take(at + 1).Select(Equation));
        var result = problem.Stages[at].Result;
        AddLook(StepKind.Backtrack, SolutionPhrases.Other, SolutionPhrases.Again, result, holds: true, correct: true, equations, 0);
        return result;
    }

    private void AddLook(StepKind kind, Template lead, Template body, int value, bool holds, bool correct, string equation, int wrong)
    {
        var text = lead.Write(_choices, _ => "") + " " + body.Write(_choices, slot => Slot(slot, value, 0, equation, wrong));
        Record(kind, text, value, holds, correct);
    }

    private void Add(StepKind kind, Template template, int value, bool holds, bool correct, int k, string equation, int wrong) =>
        Record(kind, template.Write(_choices, slot => Slot(slot, value, k, equation, wrong)), value, holds, correct);

    private void Record(StepKind kind, string text, int value, bool holds, bool correct)
    {
        _texts.Add(Spelling.Tidy(text));
        _steps.Add(new ReplyStep(kind, value, holds, correct));
    }

    private string Slot(string slot, int value, int k, string equation, int wrong) => slot switch
    {
        "person" => _task.Person,
        "items" => _task.Item,
        "many" => _task.Container!,
        "v" => value.ToString(CultureInfo.InvariantCulture),
        "k" => k.ToString(CultureInfo.InvariantCulture),
        "wrong" => wrong.ToString(CultureInfo.InvariantCulture),
        "equation" => equation,
        _ => throw new InvalidOperationException($"A step has no slot '{slot}'."),
    };

    private static string Equation(ProblemStage stage) => Equation(stage.Left, stage.Operation, stage.Right, stage.Result);

    private static string Equation(int left, char operation, int right, int result) =>
        string.Create(CultureInfo.InvariantCulture, $"{left} {operation} {right} = {result}");
}
