namespace Steering.Fuzz;

/// <summary>The long run: <c>dotnet run -c Release --project Tests/Fuzz -- --inputs 1000000 --seed 1</c>.</summary>
internal static class Program
{
    private static int Main(string[] words)
    {
        try
        {
            var options = FuzzOptions.Parse(words);
            return options.Replay is { } file ? Replay(options.Targets[0], file) : RunAll(options);
        }
        catch (Exception problem) when (problem is ArgumentException or IOException)
        {
            Console.Error.WriteLine(problem.Message);
            return 2;
        }
    }

    private static int RunAll(FuzzOptions options)
    {
        var failed = 0;
        foreach (var name in options.Targets)
        {
            using var target = FuzzTargets.Create(name);
            try
            {
                Console.WriteLine(FuzzLoop.Run(target, options.Seed, options.Inputs, Path.Combine(AppContext.BaseDirectory, "findings")));
            }
            catch (FuzzFindingException finding)
            {
                Console.Error.WriteLine(finding);
                failed = 1;
            }
        }

        return failed;
    }

    private static int Replay(string name, string file)
    {
        using var target = FuzzTargets.Create(name);
        var outcome = FuzzLoop.RunOne(target, File.ReadAllBytes(file));
        var complaint = FuzzLoop.Complaint(target, outcome);
        Console.WriteLine(outcome.Escaped?.ToString() ?? "accepted");
        Console.WriteLine(complaint ?? "as documented");
        return complaint is null ? 0 : 1;
    }
}
