using Steering.Analysis.Statistics;
using Steering.Compilation;
using Steering.Models;
using Steering.Sandbox;
using Steering.Sandbox.Replies;

namespace SandboxModel.Reporting;

/// <summary>Measures a model: loss by forward passes, everything else by drawing replies and judging them.</summary>
internal sealed class ReportRunner(string folder, ulong seed, int documents, int replies, IProgress<string>? progress) : IDisposable
{
    private readonly SteerableModel _model = SteerableModel.Load(folder, new SteerableModelOptions { Threads = 1 });
    private readonly ReportPrompts _prompts = new(seed);
    private readonly ReplyOptions _options = new() { Seed = seed };
    private ReplyWriter? _writer;
    private ulong _groups;

    public async Task<ModelReport> RunAsync(string name, CancellationToken cancellation)
    {
        progress?.Report("loss");
        var loss = LossMeter.Measure(folder, _prompts.Documents(documents), (long)seed, cancellation);
        progress?.Report("replies of every kind");
        var any = await WriteAsync(_prompts.Any(2 * replies, _ => true), cancellation);
        var recalls = await WriteAsync(_prompts.Any(replies, prompt => Recalled(prompt).Any()), cancellation);
        var registers = await RegistersAsync(cancellation);
        var rude = await RudeAsync(Instruction.None, [Register.Rude, Register.Neutral, Register.Friendly, Register.Formal, Register.Poetic, Register.Sad, Register.Excited], cancellation);
        var polite = await RudeAsync(Instruction.Polite, [Register.Rude, Register.Neutral], cancellation);
        var arithmetic = await ArithmeticAsync(cancellation);
        return new ModelReport(
            name,
            (long)seed,
            _options.Temperature,
            loss,
            new ComparedRate("well-formed replies", RateEstimate.Of(any, reply => reply.IsWellFormed), 1),
            new ComparedRate("facts recalled", RateEstimate.Of(recalls, reply => Recalled(reply.Prompt).All(value => reply.Text.Contains(value, StringComparison.OrdinalIgnoreCase))), 1),
            registers,
            rude,
            polite,
            arithmetic);
    }

    public void Dispose()
    {
        _writer?.Dispose();
        _model.Dispose();
    }

    private async Task<IReadOnlyList<ComparedRate>> RegistersAsync(CancellationToken cancellation)
    {
        var rates = new List<ComparedRate>();
        var all = new List<(bool Obeyed, double Expected)>();
        for (var instruction = Instruction.Neutral; instruction <= Instruction.Rude; instruction++)
        {
            var asked = (Register)(instruction - Instruction.Neutral);
            progress?.Report($"replies asked to be {asked.ToString().ToLowerInvariant()}");
            var prompts = _prompts.First(replies, prompt => prompt.Document.Instruction == instruction);
            (bool Obeyed, double Expected)[] obeyed = [.. (await WriteAsync(prompts, cancellation)).Select(reply => (reply.Register == asked, Obeys(reply.Prompt.User.Register, instruction)))];
            rates.Add(Compare(asked.ToString().ToLowerInvariant(), obeyed));
            all.AddRange(obeyed);
        }

        rates.Add(Compare("all", all));
        return rates;
    }

    /// <summary>How often the generator obeys: a wish for a register is followed unless the reply is rude.</summary>
    private static double Obeys(Register user, Instruction instruction) =>
        instruction == Instruction.Rude ? RudeRates.To(user, instruction) : 1 - RudeRates.To(user, instruction);

    private async Task<IReadOnlyList<ComparedRate>> RudeAsync(Instruction instruction, Register[] users, CancellationToken cancellation)
    {
        var rates = new List<ComparedRate>();
        foreach (var user in users)
        {
            progress?.Report($"replies to users who are {user.ToString().ToLowerInvariant()}");
            var prompts = _prompts.First(replies, prompt => prompt.Document.Instruction == instruction && prompt.User.Register == user);
            rates.Add(Compare(user.ToString().ToLowerInvariant(), (await WriteAsync(prompts, cancellation)).Select(reply => (reply.IsRude, RudeRates.To(user, instruction)))));
        }

        return rates;
    }

    private async Task<IReadOnlyList<ComparedRate>> ArithmeticAsync(CancellationToken cancellation)
    {
        progress?.Report("word problems");
        var written = await WriteAsync(_prompts.First(2 * replies, prompt => prompt.IsProblem), cancellation);
        SandboxReply[] generator = [.. written.Select(reply => reply with { Text = reply.Prompt.Written.Text, Ended = true })];
        return
        [
            Right("all answers", _ => true),
            Right("answers with a reflection", reply => reply.HasReflection),
            Right("answers without", reply => !reply.HasReflection),
            new ComparedRate("calculations that hold", Holding(written), Holding(generator).Share),
        ];

        ComparedRate Right(string name, Func<SandboxReply, bool> which) =>
            new(name, RateEstimate.Of(written.Where(which), reply => reply.IsCorrect), RateEstimate.Of(generator.Where(which), reply => reply.IsCorrect).Share);

        static RateEstimate Holding(IEnumerable<SandboxReply> replies) =>
            RateEstimate.Of(replies.SelectMany(reply => reply.Steps).Where(step => step.Kind == StepKind.Compute), step => step.Holds);
    }

    /// <summary>What the generator's reply says of a fact that is asked for again.</summary>
    private static IEnumerable<string> Recalled(ReplyPrompt prompt) =>
        prompt.Document.Facts.Where(fact => fact.RecalledIn == prompt.Turn)
            .SelectMany(fact => fact.Values.Values)
            .Where(value => prompt.Written.Text.Contains(value, StringComparison.OrdinalIgnoreCase));

    private static ComparedRate Compare(string name, IEnumerable<(bool Hit, double Expected)> trials)
    {
        var all = trials.ToArray();
        return new ComparedRate(name, RateEstimate.Of(all, trial => trial.Hit), all.Average(trial => trial.Expected));
    }

    private Task<IReadOnlyList<SandboxReply>> WriteAsync(IReadOnlyList<ReplyPrompt> prompts, CancellationToken cancellation) =>
        (_writer ??= new ReplyWriter(_model)).WriteAsync(prompts, CompiledPolicy.Empty, _options with { Seed = unchecked(_options.Seed + (1000 * ++_groups)) }, progress: null, cancellation);
}
